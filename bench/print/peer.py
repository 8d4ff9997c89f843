# The same receipt by WeasyPrint: the code as an inline SVG, the style sheet of letters beside it.
# peer.py FILE: CPU milliseconds of one, the best of several in one process.
import re
import sys
import time

import weasyprint

CODE = "".join(f"M{x} {y}h1v1h-1z" for y in range(33) for x in range(33) if (x * 7 + y * 5) % 3 == 0)
STYLE = """@page { size: A5; margin: 10mm 12mm 10mm 15mm }
body { font: 13pt/1.36 'Noto Serif' } p { margin: 0 0 .4em } table { width: 100%;
border-collapse: collapse } td { vertical-align: top } .grid td, .grid th { border: 1px solid }
.center { text-align: center } .bold { font-weight: bold } .italic { font-style: italic }
.caps { text-transform: uppercase } .size-9 { font-size: 9pt } .size-10 { font-size: 10pt }
.size-12 { font-size: 12pt } svg { width: 24mm }"""

with open(sys.argv[1], encoding="utf-8") as file:
    letter = re.sub(r"<qr[^>]*>.*?</qr>",
                    f'<svg viewBox="0 0 33 33"><path d="{CODE}"/></svg>', file.read())
page = letter.replace("</head>", f"<style>{STYLE}</style></head>")
best = 1e9
for _ in range(6):
    start = time.process_time()
    weasyprint.HTML(string=page).write_pdf()
    best = min(best, time.process_time() - start)
print(f"{best * 1000:.2f}")
