package io.github.kqueueffm.testsuite.harness;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmDomainDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketTestPermutation;
import java.util.List;

/**
 * The pairs that Netty's shared tests run over: this transport with itself, as the server of NIO,
 * and as the client of NIO. On a simulated system, which NIO cannot reach, only with itself.
 */
public final class KQueueFfmSocketTestPermutation extends SocketTestPermutation {
  public static final KQueueFfmSocketTestPermutation INSTANCE =
      new KQueueFfmSocketTestPermutation();

  private static final int FAST_OPEN_BACKLOG = 5;

  private final EventLoopGroup boss = TestGroups.kqueue("testsuite-kqueue-boss", NUM_THREADS);
  private final EventLoopGroup worker = TestGroups.kqueue("testsuite-kqueue-worker", NUM_THREADS);
  private final EventLoopGroup nioBoss = TestGroups.track(NIO_GROUP);
  private final EventLoopGroup nioWorker = TestGroups.nio("testsuite-nio-worker", NUM_THREADS);

  private KQueueFfmSocketTestPermutation() {
    TestGroups.track(OIO_GROUP);
  }

  @Override
  public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socket() {
    return withoutNioOnly(combo(serverSocket(), clientSocket()));
  }

  @Override
  public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socketWithFastOpen() {
    return withoutNioOnly(combo(serverSocketWithFastOpen(), clientSocketWithFastOpen()));
  }

  @Override
  public List<BootstrapFactory<ServerBootstrap>> serverSocket() {
    return factories(() -> server(KQueueFfmServerSocketChannel.class), this::nioServer);
  }

  private List<BootstrapFactory<ServerBootstrap>> serverSocketWithFastOpen() {
    return factories(
        () ->
            server(KQueueFfmServerSocketChannel.class)
                .option(ChannelOption.TCP_FASTOPEN, FAST_OPEN_BACKLOG),
        this::nioServer);
  }

  @Override
  public List<BootstrapFactory<Bootstrap>> clientSocket() {
    return factories(() -> client(KQueueFfmSocketChannel.class), this::nioClient);
  }

  @Override
  public List<BootstrapFactory<Bootstrap>> clientSocketWithFastOpen() {
    return factories(
        () -> client(KQueueFfmSocketChannel.class).option(ChannelOption.TCP_FASTOPEN_CONNECT, true),
        this::nioClient);
  }

  @Override
  public List<BootstrapComboFactory<Bootstrap, Bootstrap>> datagram(SocketProtocolFamily family) {
    List<BootstrapFactory<Bootstrap>> both =
        factories(
            () -> datagrams(worker, () -> new KQueueFfmDatagramChannel(family)),
            () -> datagrams(nioWorker, () -> new NioDatagramChannel(family)));
    return withoutNioOnly(combo(both, both));
  }

  @Override
  public List<BootstrapFactory<Bootstrap>> datagramSocket() {
    return factories(
        () -> client(KQueueFfmDatagramChannel.class),
        () -> new Bootstrap().group(nioWorker).channel(NioDatagramChannel.class));
  }

  private static Bootstrap datagrams(EventLoopGroup group, ChannelFactory<Channel> factory) {
    return new Bootstrap().group(group).channelFactory(factory);
  }

  /** Unix domain sockets of this transport with themselves; NIO has another type of address. */
  public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> domainSocket() {
    return combo(serverDomainSocket(), clientDomainSocket());
  }

  public List<BootstrapFactory<ServerBootstrap>> serverDomainSocket() {
    return List.of(() -> server(KQueueFfmServerDomainSocketChannel.class));
  }

  public List<BootstrapFactory<Bootstrap>> clientDomainSocket() {
    return List.of(() -> client(KQueueFfmDomainSocketChannel.class));
  }

  public List<BootstrapComboFactory<Bootstrap, Bootstrap>> domainDatagram() {
    return combo(domainDatagramSocket(), domainDatagramSocket());
  }

  public List<BootstrapFactory<Bootstrap>> domainDatagramSocket() {
    return List.of(() -> client(KQueueFfmDomainDatagramChannel.class));
  }

  private ServerBootstrap server(Class<? extends ServerChannel> channel) {
    return new ServerBootstrap().group(boss, worker).channel(channel);
  }

  private Bootstrap client(Class<? extends Channel> channel) {
    return new Bootstrap().group(worker).channel(channel);
  }

  private ServerBootstrap nioServer() {
    return new ServerBootstrap().group(nioBoss, nioWorker).channel(NioServerSocketChannel.class);
  }

  private Bootstrap nioClient() {
    return new Bootstrap().group(nioWorker).channel(NioSocketChannel.class);
  }

  private static <B extends AbstractBootstrap<?, ?>> List<BootstrapFactory<B>> factories(
      BootstrapFactory<B> ours, BootstrapFactory<B> nio) {
    return SimulatedRun.isOn() ? List.of(ours) : List.of(ours, nio);
  }

  /** The last of four pairs is NIO with itself, which tests nothing of ours. */
  private static <P> List<P> withoutNioOnly(List<P> pairs) {
    return SimulatedRun.isOn() ? pairs : pairs.subList(0, pairs.size() - 1);
  }
}
