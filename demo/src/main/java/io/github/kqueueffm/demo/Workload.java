package io.github.kqueueffm.demo;

import java.util.List;

/** A kind of request, and the number of connections. */
enum Workload {
  PLAINTEXT("GET /plaintext", 16, Exchanges.plaintext()),
  HTTP_ECHO("POST /echo, 0 B to 1 MiB", 4, Exchanges.httpEcho()),
  RAW_ECHO("TCP echo, 100 B", 16, Exchanges.rawEcho());

  private final String title;
  private final int connections;

  @SuppressWarnings("ImmutableEnumChecker") // Exchanges makes lists that cannot be changed.
  private final List<Exchange> exchanges;

  Workload(String title, int connections, List<Exchange> exchanges) {
    this.title = title;
    this.connections = connections;
    this.exchanges = exchanges;
  }

  String title() {
    return title;
  }

  int connections() {
    return connections;
  }

  /** {@return the exchanges, which every connection repeats in order} */
  List<Exchange> exchanges() {
    return exchanges;
  }

  boolean isHttp() {
    return this != RAW_ECHO;
  }
}
