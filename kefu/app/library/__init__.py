"""How a company's texts come into kefu: from folders, from web sites, by hand."""
