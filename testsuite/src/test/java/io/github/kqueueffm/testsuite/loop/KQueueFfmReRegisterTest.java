package io.github.kqueueffm.testsuite.loop;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.testsuite.harness.TestGroups;
import io.netty.channel.AbstractEventLoopTest;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;

class KQueueFfmReRegisterTest extends AbstractEventLoopTest {

  @Override
  protected EventLoopGroup newEventLoopGroup() {
    return TestGroups.kqueue("re-register", 0);
  }

  @Override
  protected Class<? extends ServerChannel> newChannel() {
    return KQueueFfmServerSocketChannel.class;
  }

  @Override
  protected Class<? extends SocketChannel> newSocketChannel() {
    return KQueueFfmSocketChannel.class;
  }
}
