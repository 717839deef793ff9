# For other scripts (". jdk.sh"): sets home to the newest JDK of this system, and newest to its feature version, or to 0 if there is
# none.

# Prints the feature version of the JDK in a directory, or 0 if there is none.
version() {
  if [ -x "$1/bin/java" ] && [ -r "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
  else
    echo 0
  fi
}

home=
newest=0
# The directories of packaged JDKs: FreeBSD and DragonFly, OpenBSD, NetBSD.
for candidate in "${JAVA_HOME:-}" /usr/local/openjdk* /usr/local/jdk-* /usr/pkg/java/openjdk*; do
  found=$(version "$candidate")
  if [ "${found:-0}" -gt "$newest" ]; then
    newest=$found
    home=$candidate
  fi
done
