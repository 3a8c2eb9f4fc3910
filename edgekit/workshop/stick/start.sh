#!/bin/sh
# Double-click start.command on macOS; type "sh start.sh" on Linux. It needs Python and no network.
cd "$$(dirname "$$0")" || exit 1
for version in $pythons; do
  if command -v "python$$version" >/dev/null 2>&1; then
    exec "python$$version" start.py "$$@"
  fi
done
if command -v python3 >/dev/null 2>&1; then
  exec python3 start.py "$$@"
fi
echo "There is no Python. Install one of $pythons, from python.org or with your system's packages."
exit 1
