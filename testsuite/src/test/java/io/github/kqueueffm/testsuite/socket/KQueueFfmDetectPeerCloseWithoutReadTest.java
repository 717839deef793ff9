package io.github.kqueueffm.testsuite.socket;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.testsuite.harness.TestGroups;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.tests.DetectPeerCloseWithoutReadTest;

class KQueueFfmDetectPeerCloseWithoutReadTest extends DetectPeerCloseWithoutReadTest {

  @Override
  protected EventLoopGroup newGroup() {
    return TestGroups.kqueue("detect-peer-close", 2);
  }

  @Override
  protected Class<? extends ServerChannel> serverChannel() {
    return KQueueFfmServerSocketChannel.class;
  }

  @Override
  protected Class<? extends Channel> clientChannel() {
    return KQueueFfmSocketChannel.class;
  }
}
