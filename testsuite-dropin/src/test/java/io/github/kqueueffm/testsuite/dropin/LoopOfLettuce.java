package io.github.kqueueffm.testsuite.dropin;

import io.github.kqueueffm.testkit.Carried;
import io.github.kqueueffm.testkit.WitnessExtension;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.netty.channel.IoHandler;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

/** Connects Lettuce and prints the handler of its event loop, as the main class of a JVM. */
public final class LoopOfLettuce {
  private static final List<String> HANDLERS =
      List.of("io.netty.channel.nio.NioIoHandler", "io.netty.channel.kqueue.KQueueIoHandler");

  private LoopOfLettuce() {}

  /** Prints the class. */
  public static void main(String[] arguments) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RedisClient client = RedisClient.create();
      RedisURI uri = RedisURI.create("127.0.0.1", silent.getLocalPort());
      client.connectAsync(StringCodec.UTF8, uri);
      // When it is accepted, its channel is on a loop.
      silent.accept().close();
      System.out.println("Lettuce: " + handler(WitnessExtension.channels().getFirst()));
    }
    System.exit(0);
  }

  private static String handler(Carried channel) throws ClassNotFoundException {
    for (String name : HANDLERS) {
      if (channel.isOnLoopOf(Class.forName(name).asSubclass(IoHandler.class))) {
        return name;
      }
    }
    throw new IllegalStateException("the loop is of none of " + HANDLERS);
  }
}
