package io.github.kqueueffm.testsuite.loop;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.netty.channel.AbstractIoHandlerEventCountTest;
import io.netty.channel.IoHandlerFactory;

class KQueueFfmIoHandlerEventCountTest extends AbstractIoHandlerEventCountTest {

  @Override
  protected IoHandlerFactory newIoHandlerFactory() {
    return KQueueFfmIoHandler.newFactory();
  }
}
