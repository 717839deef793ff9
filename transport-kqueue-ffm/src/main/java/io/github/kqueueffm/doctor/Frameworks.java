package io.github.kqueueffm.doctor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Which transport a library on the class path takes, by the rules of that library's own code.
 *
 * <p>To know that, it asks Netty's native transports that are on the class path whether they are
 * available, as the library does.
 */
final class Frameworks {
  private static final String SECTION = "Frameworks";

  /** A transport of Netty, or this one. */
  private enum Kind {
    NIO("NIO", null, "io.netty.channel.nio.NioIoHandler"),
    EPOLL("epoll", "io.netty.channel.epoll.Epoll", "io.netty.channel.epoll.EpollIoHandler"),
    IO_URING(
        "io_uring", "io.netty.channel.uring.IoUring", "io.netty.channel.uring.IoUringIoHandler"),
    KQUEUE("kqueue", NettyFacts.KQUEUE, "io.netty.channel.kqueue.KQueueIoHandler"),
    FFM("kqueue-ffm", Doctor.KQUEUE_FFM, "io.github.kqueueffm.channel.KQueueFfmIoHandler");

    final String text;
    final String asked;
    final String handler;

    Kind(String text, String asked, String handler) {
      this.text = text;
      this.asked = asked;
      this.handler = handler;
    }
  }

  private final ClassPath path;
  private final boolean linux;
  private final boolean macos;
  private final Map<Kind, String> reasons = new HashMap<>();

  /**
   * @param system the name of the system, as Java says it
   */
  Frameworks(ClassPath path, String system) {
    this.path = path;
    linux = system.startsWith("Linux");
    macos = system.startsWith("Mac");
  }

  void add(Report report) {
    reactorNetty(report);
    vertx(report);
    grpc(report);
    micronaut(report);
    lettuce(report);
  }

  private void reactorNetty(Report report) {
    String marker = "reactor.netty.resources.LoopResources";
    if (!path.has(marker)) {
      return;
    }
    String name = "reactor-netty";
    boolean prefers = isOn("reactor.netty.native");
    List<Kind> order = prefers ? List.of(Kind.IO_URING, Kind.EPOLL, Kind.KQUEUE) : List.of();
    String rule =
        rule(name, marker, prefers ? "prefers native ones" : "has -Dreactor.netty.native=false");
    boolean integration = path.has("io.github.kqueueffm.reactor.KQueueFfmLoopResources");
    Fact fact = first(order, rule);
    report.add(
        SECTION,
        name,
        integration
            ? fact.note("runOn(KQueueFfmLoopResources.create(...)) gives it this transport")
            : fact.note("netty-transport-kqueue-ffm-reactor can give it this transport"));
    if (integration) {
      report.add(SECTION, name + " with KQueueFfmLoopResources", integration(order, rule));
    }
  }

  private void vertx(Report report) {
    String marker = "io.vertx.core.Vertx";
    if (!path.has(marker)) {
      return;
    }
    String name = "Vert.x";
    boolean integration = path.has("io.github.kqueueffm.vertx.KQueueFfmTransport");
    Fact byDefault =
        first(List.of(), rule(name, marker, "prefers none that is native, unless it is set so"));
    report.add(
        SECTION,
        name,
        byDefault.note(
            integration
                ? "KQueueFfmTransport gives it this transport"
                : "netty-transport-kqueue-ffm-vertx can give it this transport"));
    List<Kind> order = new ArrayList<>();
    if (linux) {
      // The second one is asked only where the first is not even on the class path, or refuses.
      order.addAll(List.of(Kind.EPOLL, Kind.IO_URING));
    } else if (macos) {
      order.add(Kind.KQUEUE);
    }
    if (integration) {
      order.add(Kind.FFM);
    }
    report.add(
        SECTION,
        name + " with preferNativeTransport",
        first(order, rule(name, marker, "then looks for one")));
  }

  private void grpc(Report report) {
    String marker = "io.grpc.netty.NettyServerBuilder";
    String shaded = "io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder";
    if (path.has(marker)) {
      grpcNetty(report, rule("grpc-netty", marker, "knows epoll and NIO"));
    }
    if (path.has(shaded)) {
      report.add(
          SECTION,
          "gRPC, shaded",
          Fact.of("its own copy of Netty", "grpc-netty-shaded " + path.version(shaded))
              .note("only grpc-netty in its place can have this transport"));
    }
  }

  private void grpcNetty(Report report, String rule) {
    List<Kind> order = List.of(Kind.EPOLL);
    boolean integration = path.has("io.github.kqueueffm.grpc.KQueueFfmServerProvider");
    report.add(
        SECTION,
        "gRPC",
        first(order, rule)
            .note(
                integration
                    ? "eventLoopGroup and channelType of NettyServerBuilder give it this transport"
                    : "netty-transport-kqueue-ffm-grpc can give it this transport"));
    if (integration) {
      report.add(SECTION, "gRPC by Grpc.newServerBuilderForPort", integration(order, rule));
    }
  }

  private void micronaut(Report report) {
    String marker = "io.micronaut.http.netty.channel.EventLoopGroupFactory";
    if (!path.has(marker)) {
      return;
    }
    String name = "Micronaut";
    boolean integration = path.has("io.github.kqueueffm.micronaut.KQueueFfmEventLoopGroupFactory");
    report.add(
        SECTION,
        name,
        first(List.of(), rule(name, marker, "has NIO unless its configuration names another"))
            .note(
                integration
                    ? "micronaut.netty.event-loops.default.transport=kqueue-ffm gives it this one"
                    : "netty-transport-kqueue-ffm-micronaut can give it this transport"));
    if (integration) {
      String cause = reason(Kind.FFM);
      report.add(
          SECTION,
          name + " with transport=kqueue-ffm",
          cause == null
              ? value(Kind.FFM, "the property")
              : Fact.of("does not start", "kqueue-ffm: " + cause)
                  .note("transport=kqueue-ffm,nio falls back to NIO"));
    }
  }

  private void lettuce(Report report) {
    String marker = "io.lettuce.core.RedisClient";
    if (!path.has(marker)) {
      return;
    }
    List<Kind> order =
        Stream.of(Kind.EPOLL, Kind.KQUEUE, Kind.IO_URING)
            .filter(kind -> isOn("io.lettuce.core." + kind.text.replace("_", "")))
            .toList();
    Fact fact = first(order, rule("Lettuce", marker, "prefers native ones"));
    boolean dropIn = path.has(NettyFacts.DROP_IN);
    report.add(
        SECTION,
        "Lettuce",
        dropIn ? fact : fact.note("netty-kqueue-over-ffm can give it this transport"));
  }

  private String rule(String name, String marker, String rule) {
    return name + ' ' + path.version(marker) + ' ' + rule;
  }

  private static boolean isOn(String name) {
    return Boolean.parseBoolean(System.getProperty(name, "true"));
  }

  /** {@return this transport, or what the library falls back to} */
  private Fact integration(List<Kind> order, String rule) {
    List<Kind> with = new ArrayList<>(List.of(Kind.FFM));
    with.addAll(order);
    return first(with, rule);
  }

  /** {@return the first available one, or NIO} */
  private Fact first(List<Kind> order, String rule) {
    StringBuilder from = new StringBuilder(rule);
    for (Kind kind : order) {
      String reason = reason(kind);
      if (reason == null) {
        return value(kind, from.toString());
      }
      from.append("; ").append(kind.text).append(": ").append(reason);
    }
    return value(Kind.NIO, from.toString());
  }

  private static Fact value(Kind kind, String from) {
    return Fact.of(kind.text + ", " + kind.handler, from);
  }

  /** {@return why a transport is not available, or {@code null} if it is} */
  private String reason(Kind kind) {
    if (!reasons.containsKey(kind)) {
      reasons.put(kind, path.unavailable(kind.asked));
    }
    return reasons.get(kind);
  }
}
