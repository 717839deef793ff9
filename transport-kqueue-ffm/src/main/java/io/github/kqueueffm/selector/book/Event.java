package io.github.kqueueffm.selector.book;

/**
 * One event, taken out of its {@link Events}, which stays valid. A loop that must not allocate
 * reads {@link Events} by index.
 */
public final class Event {
  private final long id;
  private final long ident;
  private final int filter;
  private final int flags;
  private final int fflags;
  private final long data;
  private final boolean readable;
  private final boolean writable;
  private final boolean eof;
  private final boolean error;

  Event(Events events, int index) {
    id = events.token(index);
    ident = events.ident(index);
    filter = events.filter(index);
    flags = events.flags(index);
    fflags = events.fflags(index);
    data = events.data(index);
    readable = events.isReadable(index);
    writable = events.isWritable(index);
    eof = events.isEof(index);
    error = events.isError(index);
  }

  /** The token's value: {@code udata}. */
  public long id() {
    return id;
  }

  /** What the stream was registered under. */
  public Token token() {
    return new Token(id);
  }

  /** See {@link Events#ident}. */
  public long ident() {
    return ident;
  }

  /** See {@link Events#filter}. */
  public int filter() {
    return filter;
  }

  /** See {@link Events#flags}. */
  public int flags() {
    return flags;
  }

  /** See {@link Events#fflags}. */
  public int fflags() {
    return fflags;
  }

  /** See {@link Events#data}. */
  public long data() {
    return data;
  }

  /** See {@link Events#isReadable}. */
  public boolean isReadable() {
    return readable;
  }

  /** See {@link Events#isWritable}. */
  public boolean isWritable() {
    return writable;
  }

  /** See {@link Events#isEof}. */
  public boolean isEof() {
    return eof;
  }

  /** See {@link Events#isError}. */
  public boolean isError() {
    return error;
  }

  @Override
  public String toString() {
    return "event of token "
        + id
        + " ("
        + (readable ? "readable" : writable ? "writable" : "filter " + filter)
        + (eof ? ", eof" : "")
        + (error ? ", errno " + data : "")
        + ")";
  }
}
