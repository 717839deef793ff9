package io.github.kqueueffm.benchmarks.server;

/** What a server does. */
public enum Service {
  /** Sends back what it receives, over TCP. */
  ECHO,
  /** Reads and drops the bytes. */
  SINK,
  /** Writes as long as the client reads. */
  SOURCE,
  /** Sends a file by Netty's DefaultFileRegion for each received byte. */
  FILE,
  /** The same by the transport's own region, if it has one. */
  REGION,
  /** Answers HTTP requests with a line of text. */
  HTTP,
  /** The same over TLS. */
  HTTPS,
  /** Sends datagrams back. */
  DATAGRAM,
  /** Sends back what it receives, over a Unix domain socket. */
  LOCAL;

  /** The number of bytes that a file transfer sends. */
  public static final int FILE_BYTES = 100 << 20;

  /** The number of bytes of a bulk write. */
  public static final int BULK_BYTES = 64 << 10;
}
