/** A Netty transport whose select step is kqueue, called through java.lang.foreign. */
module io.github.kqueueffm.transport {
  requires transitive io.netty.buffer;
  requires transitive io.netty.common;
  requires transitive io.netty.transport;
  requires transitive io.netty.transport.unix.common;
  // Annotations of what may be null. Nothing reads them at run time, and users need not have them.
  requires static org.jspecify;
  // Without it nothing is recorded.
  requires static jdk.jfr;
  // The doctor names the JVM's options.
  requires static java.management;

  exports io.github.kqueueffm.channel;
  exports io.github.kqueueffm.selector.book;
}
