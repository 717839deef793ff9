#!/bin/sh
# Runs the conformance program and then the library's own tests on this system, the tests also where a check has failed:
#   tests.sh JAR NAME    ->  NAME.txt, NAME.json, transport-kqueue-ffm/target/surefire-reports
# Where there is no JDK of 22 or later, conformance.sh has said so, and there is nothing to run.
set -eu

folder=$(dirname "$0")
. "$folder/jdk.sh"

status=0
"$folder/conformance.sh" "$1" "$2" || status=$?
if [ "$newest" -lt 22 ]; then
  exit "$status"
fi
# What is not a test, such as the form of the sources, is checked on Linux. The wrapper fetches Maven by Java if there is neither
# curl nor wget.
JAVA_HOME=$home ./mvnw -B -ntp -pl transport-kqueue-ffm -am test || status=$?
exit "$status"
