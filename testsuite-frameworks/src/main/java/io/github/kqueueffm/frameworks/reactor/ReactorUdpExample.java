package io.github.kqueueffm.frameworks.reactor;

import io.github.kqueueffm.reactor.KQueueFfmLoopResources;
import io.netty.channel.socket.DatagramPacket;
import java.net.SocketAddress;
import java.time.Duration;
import reactor.netty.ChannelPipelineConfigurer;
import reactor.netty.Connection;
import reactor.netty.resources.LoopResources;
import reactor.netty.udp.UdpClient;
import reactor.netty.udp.UdpServer;

/** Datagrams by reactor-netty: a server that sends them back, and its clients. */
public final class ReactorUdpExample implements AutoCloseable {
  private final LoopResources loops = KQueueFfmLoopResources.create("example");
  private final ChannelPipelineConfigurer onChannel;
  private final Connection server;

  /** Listens at an address. */
  public ReactorUdpExample(SocketAddress address, ChannelPipelineConfigurer onChannel) {
    this.onChannel = onChannel;
    server =
        UdpServer.create()
            .runOn(loops)
            .bindAddress(() -> address)
            .doOnChannelInit(onChannel)
            .handle((in, out) -> out.sendObject(in.receiveObject().map(this::back)))
            .bindNow();
  }

  private Object back(Object packet) {
    DatagramPacket received = (DatagramPacket) packet;
    return new DatagramPacket(received.content().retain(), received.sender());
  }

  /** A client, connected to the server. */
  public Connection connect() {
    return UdpClient.create()
        .runOn(loops)
        .remoteAddress(() -> server.channel().localAddress())
        .doOnChannelInit(onChannel)
        .connectNow();
  }

  @Override
  public void close() {
    server.disposeNow();
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
  }
}
