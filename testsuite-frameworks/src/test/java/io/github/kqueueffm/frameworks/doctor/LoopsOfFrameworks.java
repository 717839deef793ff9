package io.github.kqueueffm.frameworks.doctor;

import io.github.kqueueffm.reactor.KQueueFfmLoopResources;
import io.github.kqueueffm.testkit.Carried;
import io.github.kqueueffm.testkit.WitnessExtension;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.netty.channel.EventLoopGroupRegistry;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

/** Starts each framework and prints the handler of its event loops, as the main class of a JVM. */
public final class LoopsOfFrameworks {
  private static final List<String> HANDLERS =
      List.of(
          "io.netty.channel.nio.NioIoHandler",
          "io.netty.channel.epoll.EpollIoHandler",
          "io.netty.channel.uring.IoUringIoHandler",
          "io.netty.channel.kqueue.KQueueIoHandler",
          "io.github.kqueueffm.channel.KQueueFfmIoHandler");

  private LoopsOfFrameworks() {}

  /** Prints a line for each: its name in the doctor's report, and the class. */
  public static void main(String[] arguments) throws Exception {
    print("reactor-netty", reactorNetty(null));
    LoopResources loops = KQueueFfmLoopResources.create("loops", 1, 1, true);
    print("reactor-netty with KQueueFfmLoopResources", reactorNetty(loops));
    print("Vert.x", vertx(false));
    print("Vert.x with preferNativeTransport", vertx(true));
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    print("gRPC", grpc(NettyServerBuilder.forAddress(free)));
    print(
        "gRPC by Grpc.newServerBuilderForPort",
        grpc(Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())));
    print("Micronaut", micronaut(Map.of()));
    print("Micronaut with transport=kqueue-ffm", micronautOnThisTransport());
    System.exit(0);
  }

  private static void print(String name, String handler) {
    System.out.println(name + ": " + handler);
  }

  private static String reactorNetty(LoopResources loops) {
    TcpServer server = TcpServer.create().host("127.0.0.1").port(0);
    DisposableServer bound = (loops == null ? server : server.runOn(loops)).bindNow();
    String handler = handler(bound.channel().eventLoop());
    bound.disposeNow();
    return handler;
  }

  private static String vertx(boolean prefersNative) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(prefersNative));
    String handler = handler(((VertxInternal) vertx).nettyEventLoopGroup().next());
    vertx.close().await();
    return handler;
  }

  private static String grpc(ServerBuilder<?> builder) throws Exception {
    int before = WitnessExtension.channels().size();
    Server server = builder.build().start();
    Carried listener = WitnessExtension.channels().get(before);
    server.shutdownNow().awaitTermination();
    return handler(listener::isOnLoopOf);
  }

  private static String micronaut(Map<String, Object> properties) {
    try (ApplicationContext context = ApplicationContext.run(properties)) {
      return handler(
          context.getBean(EventLoopGroupRegistry.class).getDefaultEventLoopGroup().next());
    }
  }

  private static String micronautOnThisTransport() {
    try {
      return micronaut(Map.of("micronaut.netty.event-loops.default.transport", "kqueue-ffm"));
    } catch (RuntimeException e) {
      return "does not start";
    }
  }

  private static String handler(EventLoop loop) {
    return handler(((IoEventLoop) loop)::isIoType);
  }

  private static String handler(Predicate<Class<? extends IoHandler>> isOf) {
    return HANDLERS.stream()
        .filter(name -> isLoaded(name, isOf))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the loop is of none of " + HANDLERS));
  }

  private static boolean isLoaded(String name, Predicate<Class<? extends IoHandler>> isOf) {
    try {
      return isOf.test(Class.forName(name).asSubclass(IoHandler.class));
    } catch (ClassNotFoundException e) {
      // That transport is not on the class path, so no loop is of it.
      return false;
    }
  }
}
