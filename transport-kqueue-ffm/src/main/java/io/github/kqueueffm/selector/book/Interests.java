package io.github.kqueueffm.selector.book;

import org.jspecify.annotations.Nullable;

/** Which readiness a stream is {@linkplain Registrator registered} for. Immutable. */
public final class Interests {
  private static final int READ = 1;
  private static final int WRITE = 2;

  /** There is something to read, or the end of the stream. */
  public static final Interests READABLE = new Interests(READ);

  /** There is room to write, a connection was made, or it failed. */
  public static final Interests WRITABLE = new Interests(WRITE);

  private final int bits;

  private Interests(int bits) {
    this.bits = bits;
  }

  /** These and the others together. */
  public Interests or(Interests others) {
    return new Interests(bits | others.bits);
  }

  /** Whether {@link #READABLE} is among these. */
  public boolean isReadable() {
    return (bits & READ) != 0;
  }

  /** Whether {@link #WRITABLE} is among these. */
  public boolean isWritable() {
    return (bits & WRITE) != 0;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Interests interests && interests.bits == bits;
  }

  @Override
  public int hashCode() {
    return bits;
  }

  @Override
  public String toString() {
    return isReadable() ? isWritable() ? "READABLE|WRITABLE" : "READABLE" : "WRITABLE";
  }
}
