#!/bin/sh
# Runs the conformance program on this system and keeps its reports beside the jar:
#   conformance.sh JAR NAME    ->  NAME.txt, NAME.json
# Uses the newest JDK of 22 or later that it finds. Without one it writes that into the report and exits with 0, because the reason
# is the system's packages and not this project.
set -eu

jar=$1
name=$2

. "$(dirname "$0")/jdk.sh"

uname -a
if [ "$newest" -lt 22 ]; then
  echo "NOT RUN on $(uname -sr): the newest JDK of its packages is $newest, and 22 is needed" | tee "$name.txt"
  echo "::warning title=$name::no JDK 22 or newer in the packages of $(uname -sr)"
  exit 0
fi

echo "JDK $newest in $home"
status=0
"$home/bin/java" -jar "$jar" >"$name.txt" || status=$?
cat "$name.txt"
"$home/bin/java" -jar "$jar" --json >"$name.json" || echo "the second run ended with status $?"
exit "$status"
