#!/usr/bin/python3
"""Makes the fonts the program carries: fonts_make.py EMBED FOLDER OUT.c

The faces go into FOLDER, and from there by tools/embed.c into OUT.c. Noto is taken from where Debian
keeps it, or from MOTCUA_FONTS.

Latin with all Vietnamese letters, without hinting, which paper does not need: a quarter of the size
in every PDF. The family is renamed, so that a machine's own Noto cannot take its place.
"""
import os
import subprocess
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

RANGES = [(0x20, 0x7e), (0xa0, 0x17f), (0x1a0, 0x1a1), (0x1af, 0x1b0), (0x218, 0x21b),
          (0x300, 0x304), (0x306, 0x30c), (0x31b, 0x31b), (0x323, 0x323), (0x1ea0, 0x1ef9),
          (0x2010, 0x2014), (0x2018, 0x2022), (0x2026, 0x2026), (0x2030, 0x2033),
          (0x2039, 0x203a), (0x20ab, 0x20ac), (0x2116, 0x2116), (0x2190, 0x2193),
          (0x2212, 0x2212)]
FACES = {
    'serif.ttf': ('NotoSerif-Regular.ttf', 'Motcua Serif', 'Regular'),
    'serif-bold.ttf': ('NotoSerif-Bold.ttf', 'Motcua Serif', 'Bold'),
    'serif-italic.ttf': ('NotoSerif-Italic.ttf', 'Motcua Serif', 'Italic'),
    'serif-bold-italic.ttf': ('NotoSerif-BoldItalic.ttf', 'Motcua Serif', 'Bold Italic'),
}


def rename(font, family, style):
    full = f'{family} {style}'
    names = {1: family, 2: style, 4: full, 6: f'{family.replace(" ", "")}-{style.replace(" ", "")}'}
    table = font['name']
    table.names = [n for n in table.names if n.nameID in (0, 13, 14)]
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)


def main(embed, out, c_file):
    source = os.environ.get('MOTCUA_FONTS', '/usr/share/fonts/truetype/noto')
    os.makedirs(out, exist_ok=True)
    for name, (file, family, style) in FACES.items():
        font = TTFont(os.path.join(source, file), recalcTimestamp=False)
        options = subset.Options(hinting=False, notdef_outline=True, recalc_timestamp=False,
                                 layout_features=['kern', 'mark', 'mkmk', 'ccmp', 'locl'],
                                 name_IDs=['*'])
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[c for a, b in RANGES for c in range(a, b + 1)])
        cutter.subset(font)
        rename(font, family, style)
        font.save(os.path.join(out, name))
    subprocess.run([embed, '-o', c_file, '-s', 'embedded_fonts', out], check=True)


main(*sys.argv[1:])
