"""Files as people and attackers make them, written byte by byte: the parsers under test make none of them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def make_archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A compressed archive of these parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def docx_parts(paragraphs: Sequence[tuple[str, str]], table: Sequence[Sequence[str]] = ()) -> dict[str, str | bytes]:
    """The parts of a Word document: (style, text) paragraphs, then a table."""

    def paragraph(style: str, text: str) -> str:
        look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
        return f'<w:p>{look}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'

    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph('', cell)}</w:tc>" for cell in row) + "</w:tr>" for row in table
    )
    body = "".join(paragraph(*one) for one in paragraphs) + (f"<w:tbl>{rows}</w:tbl>" if rows else "")
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{id_}"><w:name w:val="{name}"/></w:style>'
        for id_, name in (("1", "heading 1"), ("2", "heading 2"), ("3", "标题 3"))
    )
    kinds = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        f'wordprocessingml.{kind}+xml"/>'
        for part, kind in (("document", "document.main"), ("styles", "styles"))
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/>{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" Type='
        f'"{RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
        f'Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
    }


def make_docx(paragraphs: Sequence[tuple[str, str]], table: Sequence[Sequence[str]] = ()) -> bytes:
    return make_archive(docx_parts(paragraphs, table))


def xlsx_parts(sheets: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, str | bytes]:
    """The parts of a workbook whose cells hold their text."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    listed, related, parts = "", "", {}
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        listed += f'<sheet name="{name}" sheetId="{number}" r:id="s{number}"/>'
        related += f'<Relationship Id="s{number}" Type="{RELATIONS}/worksheet" Target="worksheets/s{number}.xml"/>'
        data = "".join(
            f'<row r="{at}">'
            + "".join(
                f'<c r="{chr(65 + column)}{at}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
                for column, cell in enumerate(row)
            )
            + "</row>"
            for at, row in enumerate(rows, start=1)
        )
        parts[f"xl/worksheets/s{number}.xml"] = f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType='
        f'"{kind}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" Type='
        f'"{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
        **parts,
    }


def make_xlsx(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    return make_archive(xlsx_parts(sheets))


PdfLine = tuple[float, float, str]
"""Size, distance from the top, text."""


def make_pdf(pages: Sequence[Sequence[PdfLine]], *, kids: str = "", trailer: str = "") -> bytes:
    """A PDF whose letters are named by their Unicode, as programs write Chinese; `kids` replaces its list of pages."""
    characters = sorted({char for page in pages for _, _, text in page for char in text})
    codes = {char: f"{number:04X}" for number, char in enumerate(characters, start=1)}
    mapped = "".join(f"<{code}> <{ord(char):04X}>\n" for char, code in codes.items())
    cmap = "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    cmap += f"{len(codes)} beginbfchar\n{mapped}endbfchar endcmap"
    kind = "/BaseFont /Kit /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 600"
    box = "/FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80"
    outer = "/BaseFont /Kit /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        f"<< /Type /Font /Subtype /Type0 {outer} >>",
        f"<< /Type /Font /Subtype /CIDFontType2 {kind} /FontDescriptor 6 0 R >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        f"<< /Type /FontDescriptor /FontName /Kit /Flags 4 {box} >>",
    ]
    numbers = []
    for page in pages:
        drawn = "\n".join(
            f"BT /F {size} Tf 60 {842 - top} Td <{''.join(codes[char] for char in text)}> Tj ET"
            for size, top, text in page
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F 3 0 R >> >> >>"
        )
        numbers.append(len(objects))
    listed = kids or " ".join(f"{number} 0 R" for number in numbers)
    objects[1] = f"<< /Type /Pages /Count {len(numbers)} /Kids [{listed}] >>"
    out, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer}>>"
    return out + f"{end}\nstartxref\n{len(out)}\n%%EOF\n".encode()
