#!/bin/sh
# Runs the conformance program and then the library's own tests on this system. The tests also run if a check has failed:
#   tests.sh JAR NAME    ->  NAME.txt, NAME.json, transport-kqueue-ffm/target/surefire-reports
# Without a JDK of 22 or later conformance.sh reports that, and the tests do not run.
set -eu

folder=$(dirname "$0")
. "$folder/jdk.sh"

status=0
"$folder/conformance.sh" "$1" "$2" || status=$?
if [ "$newest" -lt 22 ]; then
  exit "$status"
fi
# Checks other than tests, such as the formatter's, run on Linux. The wrapper downloads Maven by Java if the system has neither
# curl nor wget.
JAVA_HOME=$home ./mvnw -B -ntp -pl transport-kqueue-ffm -am test || status=$?
exit "$status"
