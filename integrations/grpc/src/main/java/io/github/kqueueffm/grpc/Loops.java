package io.github.kqueueffm.grpc;

import io.github.kqueueffm.channel.KQueueFfmEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The loops of all servers and channels of this JVM, in the numbers of gRPC's own. A builder gets
 * them without a notice of when its channel ends, so they stay, on daemon threads, which start with
 * their first connection.
 */
final class Loops {

  private Loops() {}

  /** A program without a server has no acceptor. */
  private static final class Acceptor {
    static final EventLoopGroup GROUP = group(1, "grpc-kqueue-ffm-acceptor");
  }

  private static final class Workers {
    static final EventLoopGroup GROUP = group(0, "grpc-kqueue-ffm");
  }

  private static EventLoopGroup group(int loops, String name) {
    return new KQueueFfmEventLoopGroup(loops, new DefaultThreadFactory(name, true));
  }

  static EventLoopGroup acceptor() {
    return Acceptor.GROUP;
  }

  static EventLoopGroup workers() {
    return Workers.GROUP;
  }
}
