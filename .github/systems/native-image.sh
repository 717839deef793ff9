#!/bin/sh
# Builds a native image of the program of testsuite-packaging, and runs its echo:
#   native-image.sh NAME    ->  NAME.txt
# To be called after ./mvnw -pl testsuite-packaging -am -DskipTests package, with GraalVM 25 or newer in JAVA_HOME.
set -eu

name=$1
target=testsuite-packaging/target
program=$(ls "$target"/testsuite-packaging-*.jar | grep -v -e "-boot" -e "-shaded")

"$JAVA_HOME/bin/native-image" --no-fallback --enable-native-access=ALL-UNNAMED \
  -cp "$program:$target/jars/*" -o "$target/echo" com.example.Main

# Twenty bytes, fifty thousand times, and the diagnosis.
"$target/echo" 00ff0d0ac3bc80deadbeef7f0123456789abcdef 50000 diagnosis >"$name.txt" 2>"$name.err" || status=$?
cat "$name.txt" "$name.err"
[ "${status:-0}" -eq 0 ]
[ ! -s "$name.err" ]
grep -qx 'handler: io.github.kqueueffm.channel.KQueueFfmIoHandler' "$name.txt"
grep -q '^echoed: 1000000 bytes, CRC 933ca19b$' "$name.txt"
