package io.netty.channel.kqueue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Channels and configurations by Netty's names. */
class DropInChannelsTest {
  private final Group group = new Group();

  @AfterEach
  void shutDown() {
    group.close();
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private void assertEchoes(Channel client) throws Exception {
    client.writeAndFlush(Unpooled.copiedBuffer("hello", US_ASCII)).sync();
    assertThat(group.answer()).isEqualTo("hello");
  }

  @Test
  void tcpServerAndItsChildrenHaveNettysTypes() throws Exception {
    Channel server = group.listen(KQueueServerSocketChannel.class, anyPort());
    assertThat(server).isInstanceOf(AbstractKQueueServerChannel.class);
    Channel client = group.connect(KQueueSocketChannel.class, server.localAddress());
    assertEchoes(client);
    KQueueSocketChannel child = (KQueueSocketChannel) group.child();
    assertThat(child).isInstanceOf(AbstractKQueueStreamChannel.class);
    assertThat(child.parent()).isSameAs(server);
    KQueueSocketChannelConfig config = child.config().setKeepAlive(true).setReuseAddress(true);
    assertThat(config.isKeepAlive()).isTrue();
    assertThat(config.setTcpNoDelay(false).isTcpNoDelay()).isFalse();
    KQueueChannelConfig general = config;
    assertThat(general.setAutoRead(false).isAutoRead()).isFalse();
    assertThat(general.getRcvAllocTransportProvidesGuess()).isFalse();
  }

  @Test
  void domainServerAndItsChildrenHaveNettysTypes() throws Exception {
    Path directory = Files.createTempDirectory("k");
    DomainSocketAddress address = new DomainSocketAddress(directory.resolve("s").toFile());
    Channel server = group.listen(KQueueServerDomainSocketChannel.class, address);
    KQueueDomainSocketChannel client =
        (KQueueDomainSocketChannel) group.connect(KQueueDomainSocketChannel.class, address);
    assertEchoes(client);
    assertThat(group.child()).isInstanceOf(KQueueDomainSocketChannel.class);
    assertThat(client.config().setReadMode(DomainSocketReadMode.BYTES).setAllowHalfClosure(true))
        .returns(true, KQueueDomainSocketChannelConfig::isAllowHalfClosure);
    PeerCredentials peer = client.peerCredentials();
    assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
    assertThat(peer.uid()).isEqualTo((int) Files.getAttribute(directory, "unix:uid"));
    assertThat(peer.gids()).contains((int) Files.getAttribute(directory, "unix:gid"));
    server.close().sync();
    Files.delete(directory);
  }

  @Test
  void datagramArrives() throws Exception {
    CompletableFuture<String> heard = new CompletableFuture<>();
    Channel receiver = bindDatagram(new KQueueDatagramChannel(SocketProtocolFamily.INET), heard);
    Channel sender = bindDatagram(new KQueueDatagramChannel(), new CompletableFuture<>());
    sender.writeAndFlush(
        new DatagramPacket(
            Unpooled.copiedBuffer("hello", US_ASCII), (InetSocketAddress) receiver.localAddress()));
    assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("hello");
    KQueueDatagramChannelConfig config = ((KQueueDatagramChannel) receiver).config();
    assertThat(config.setBroadcast(true).setMaxMessagesPerWrite(3).isBroadcast()).isTrue();
  }

  private Channel bindDatagram(KQueueDatagramChannel channel, CompletableFuture<String> heard)
      throws Exception {
    return new Bootstrap()
        .group(group.loops())
        .channelFactory(() -> channel)
        .handler(
            new SimpleChannelInboundHandler<DatagramPacket>() {
              @Override
              protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                heard.complete(packet.content().toString(US_ASCII));
              }
            })
        .bind("127.0.0.1", 0)
        .sync()
        .channel();
  }

  @Test
  void domainDatagramChannelTellsNoPeerBeforeItHasOne() throws Exception {
    KQueueDomainDatagramChannel channel = new KQueueDomainDatagramChannel();
    group.loops().register(channel).sync();
    KQueueDomainDatagramChannelConfig config = channel.config().setSendBufferSize(16 << 10);
    assertThat(config.setWriteBufferWaterMark(config.getWriteBufferWaterMark())).isSameAs(config);
    assertThatThrownBy(channel::peerCredentials).isInstanceOf(IOException.class);
    channel.close().sync();
  }

  @Test
  void serverConfigurationsKeepWhatIsSet() throws Exception {
    KQueueServerSocketChannel tcp = new KQueueServerSocketChannel();
    group.loops().register(tcp).sync();
    assertThat(tcp.config().setBacklog(7).setReusePort(true).getBacklog()).isEqualTo(7);
    assertThat(tcp.config().getOption(UnixChannelOption.SO_REUSEPORT)).isTrue();
    assertThat(tcp.config().getAcceptFilter()).isEqualTo(new AcceptFilter("", ""));
    assertThat(tcp.config().getOption(KQueueChannelOption.SO_ACCEPTFILTER))
        .isEqualTo(new AcceptFilter("", ""));
    AcceptFilter filter = new AcceptFilter("dataready", "x");
    if (tcp.config().setOption(KQueueChannelOption.SO_ACCEPTFILTER, filter)) {
      assertThat(tcp.config().getAcceptFilter()).hasToString("dataready, x");
    } else {
      assertThatThrownBy(() -> tcp.config().setAcceptFilter(filter))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    tcp.close().sync();

    KQueueServerDomainSocketChannel local = new KQueueServerDomainSocketChannel();
    group.loops().register(local).sync();
    assertThat(local.config().setBacklog(8).setTcpFastOpen(true).isTcpFastOpen()).isTrue();
    assertThat(local.config().getOption(ChannelOption.SO_BACKLOG)).isEqualTo(8);
    local.close().sync();
  }
}
