/** Netty's kqueue classes over the transport that calls kqueue through java.lang.foreign. */
module io.netty.transport.classes.kqueue {
  requires transitive io.github.kqueueffm.transport;

  exports io.netty.channel.kqueue;
}
