#!/usr/bin/env bash
# Checks the format of every C++ file (clang-format) and, in all text files,
# tabs, trailing blanks and the newline at the end. With --fix, rewrites the C++
# files instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

format=$(command -v clang-format-22 || command -v clang-format)
mapfile -t files < <(git ls-files --cached --others --exclude-standard)
cpp=()
text=()
for file in "${files[@]}"; do
  [ -f "$file" ] || continue
  case $file in
    *.cpp | *.h | *.c) cpp+=("$file"); text+=("$file") ;;
    *.td | *.mlir | *.test | *.py | *.sh | *.md | *.cmake | *.in | *.json | *.txt)
      text+=("$file") ;;
  esac
done

if [ "${1:-}" = --fix ]; then
  "$format" -i "${cpp[@]}"
  exit 0
fi

status=0
"$format" --dry-run -Werror "${cpp[@]}" || status=1
if grep -nP '\t' "${text[@]}"; then
  echo "check-format: the lines above hold tabs" >&2
  status=1
fi
if grep -nP ' +$' "${text[@]}"; then
  echo "check-format: the lines above end with blanks" >&2
  status=1
fi
for file in "${text[@]}"; do
  if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then
    echo "check-format: $file does not end with a newline" >&2
    status=1
  fi
done
exit $status
