package io.github.kqueueffm.selector.book;

/** A selector in a JVM without Netty, where a property traces its calls. */
final class TraceProbe {
  private TraceProbe() {}

  public static void main(String[] args) throws Exception {
    try (Selector selector = Selector.open();
        Events events = new Events(4)) {
      System.out.println("events: " + selector.select(events, 1));
    }
  }
}
