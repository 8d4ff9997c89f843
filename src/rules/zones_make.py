#!/usr/bin/env python3
"""Writes the C tables of time zones from the system's zoneinfo: zones_make.py FOLDER OUTPUT.

Changes known to the files are taken as they are; where a zone's last rule goes on for ever it is
written out until LAST_YEAR, whose 28 years before hold every kind of year there is.
"""
import calendar
import os
import re
import struct
import sys

LAST_YEAR = 2064
BASE = -3786825600  # 1850: moments are stored as (seconds - BASE) / 2


def parse_offset(text):
    sign = -1 if text.startswith('-') else 1
    parts = [int(p) for p in text.lstrip('+-').split(':')]
    return sign * sum(p * f for p, f in zip(parts, (3600, 60, 1)))


def rule_moment(rule, year, offset):
    """UTC seconds of a rule such as M3.5.0/2 in a year."""
    date, _, time = rule.partition('/')
    seconds = parse_offset(time) if time else 7200
    if date[0] == 'M':
        month, week, weekday = map(int, date[1:].split('.'))
        first = (calendar.weekday(year, month, 1) + 1) % 7
        day = 1 + (weekday - first) % 7 + 7 * (week - 1)
        while day > calendar.monthrange(year, month)[1]:
            day -= 7
        days = calendar.timegm((year, month, day, 0, 0, 0)) // 86400
    else:
        number = int(date.lstrip('J'))
        days = calendar.timegm((year, 1, 1, 0, 0, 0)) // 86400 + number
        if date[0] == 'J' and not (calendar.isleap(year) and number > 59):
            days -= 1
    return days * 86400 + seconds - offset


def rule_changes(footer, after):
    found = re.fullmatch(r'(?:<[^>]+>|[A-Za-z]+)([-+:\d]+)'
                         r'(?:(?:<[^>]+>|[A-Za-z]+)([-+:\d]*),([^,]+),([^,]+))?', footer)
    if not found or not found[3]:
        return []
    standard = -parse_offset(found[1])
    summer = -parse_offset(found[2]) if found[2] else standard + 3600
    changes = []
    for year in range(1970, LAST_YEAR + 1):
        changes.append((rule_moment(found[3], year, standard), summer))
        changes.append((rule_moment(found[4], year, summer), standard))
    return [c for c in sorted(changes) if c[0] > after]


def read_zone(path):
    with open(path, 'rb') as file:
        data = file.read()
    counts = struct.unpack('>6l', data[20:44])
    isut, isstd, leap, times, types, chars = counts
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    isut, isstd, leap, times, types, chars = struct.unpack('>6l', data[at + 20:at + 44])
    at += 44
    moments = struct.unpack('>%dq' % times, data[at:at + times * 8])
    at += times * 8
    indexes = data[at:at + times]
    at += times
    offsets = [struct.unpack('>l', data[at + 6 * i:at + 6 * i + 4])[0] for i in range(types)]
    at += types * 6 + chars + leap * 12 + isstd + isut
    footer = data[at:].decode('ascii').strip('\n')
    initial = offsets[0]
    changes = [(m, offsets[i]) for m, i in zip(moments, indexes) if m > BASE]
    changes += rule_changes(footer, changes[-1][0] if changes else BASE)
    kept, last = [], initial
    for moment, offset in changes:
        if offset != last:
            kept.append((moment, offset))
            last = offset
    return initial, tuple(kept)


def zone_names(folder):
    for root, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if f not in ('posix', 'right')]
        for name in files:
            path = os.path.join(root, name)
            with open(path, 'rb') as file:
                if file.read(5) in (b'TZif2', b'TZif3', b'TZif4'):
                    yield os.path.relpath(path, folder)


def rows(numbers):
    text = [str(n) for n in numbers]
    return ',\n'.join('\t' + ','.join(text[i:i + 12]) for i in range(0, len(text), 12))


def main():
    folder, output = sys.argv[1:3]
    names = sorted(n for n in zone_names(folder)
                   if n not in ('localtime', 'posixrules', 'Factory'))
    zones = {name: read_zone(os.path.join(folder, name)) for name in names}
    offsets = sorted({o for _, changes in zones.values() for _, o in changes} | {0})
    moments, indexes, places = [], [], {}
    for _, changes in zones.values():
        if changes not in places:
            places[changes] = len(moments)
            moments += [(m - BASE) // 2 for m, _ in changes]
            indexes += [offsets.index(o) for _, o in changes]
    with open(output, 'w', encoding='utf-8') as out:
        out.write('/* Made by zones_make.py. */\n#include "rules/zones_data.h"\n\n')
        out.write('const int32_t zone_offsets[] = {\n%s\n};\n' % rows(offsets))
        out.write('const uint32_t zone_moments[] = {\n%s\n};\n' % rows(moments or [0]))
        out.write('const uint16_t zone_indexes[] = {\n%s\n};\n' % rows(indexes or [0]))
        out.write('const struct zone zone_table[] = {\n')
        for name in names:
            initial, changes = zones[name]
            out.write('\t{ "%s", %d, %d, %d },\n'
                      % (name, places[changes], len(changes), initial))
        out.write('};\nconst uint32_t zone_count = %d;\n' % len(names))


main()
