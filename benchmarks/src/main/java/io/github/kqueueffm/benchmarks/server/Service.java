package io.github.kqueueffm.benchmarks.server;

/** What a server does. */
public enum Service {
  /** Sends back what comes, on TCP. */
  ECHO,
  /** Reads and drops. */
  SINK,
  /** Writes as long as somebody takes it. */
  SOURCE,
  /** Sends a file by Netty's DefaultFileRegion for each byte that it gets. */
  FILE,
  /** The same by the transport's own region where it has one. */
  REGION,
  /** Answers HTTP requests with a line of text. */
  HTTP,
  /** The same over TLS. */
  HTTPS,
  /** Sends datagrams back. */
  DATAGRAM,
  /** Sends back what comes, on a Unix domain socket. */
  LOCAL;

  /** How many bytes of a file are sent at a time. */
  public static final int FILE_BYTES = 100 << 20;

  /** How many bytes are written at a time in bulk. */
  public static final int BULK_BYTES = 64 << 10;
}
