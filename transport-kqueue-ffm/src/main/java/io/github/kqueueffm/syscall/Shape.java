package io.github.kqueueffm.syscall;

/**
 * The shapes of the calls that {@link Foreign} links: how many arguments, and what the linker has
 * to do besides. native-image needs a list of them, {@code reachability-metadata.json} among the
 * resources, and a test compares both.
 */
enum Shape {
  /** Every call with up to six arguments, except those below. */
  SIX(6, 0),
  SEVEN(7, 0),
  EIGHT(8, 0),
  /** A variadic function whose first two arguments are named. */
  VARIADIC(3, 2);

  /** Each is a {@code long}, as the result is. */
  final int arguments;

  /** How many arguments a variadic function names, or 0 if it is not variadic. */
  final int named;

  Shape(int arguments, int named) {
    this.arguments = arguments;
    this.named = named;
  }
}
