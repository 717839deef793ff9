package io.github.kqueueffm.containers;

/** What serves in the container and what connects to it from here. */
enum Pair {
  NIO_SERVES_KQUEUE_FFM(Transport.nio(), Transport.kqueueFfm()),
  KQUEUE_FFM_SERVES_NIO(Transport.kqueueFfm(), Transport.nio()),
  KQUEUE_FFM_SERVES_KQUEUE_FFM(Transport.kqueueFfm(), Transport.kqueueFfm());

  @SuppressWarnings("ImmutableEnumChecker") // Records of classes and a factory.
  private final Transport server;

  @SuppressWarnings("ImmutableEnumChecker")
  private final Transport client;

  Pair(Transport server, Transport client) {
    this.server = server;
    this.client = client;
  }

  Transport server() {
    return server;
  }

  Transport client() {
    return client;
  }
}
