"""Shipped for plug-ins and skills: fakes, conformance kits, the dialogue runner."""
