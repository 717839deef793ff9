package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.IPPROTO_TCP;
import static io.github.kqueueffm.abi.Constant.TCP_NODELAY;

import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;

/**
 * TCP_NODELAY, which every connection is to have, by way of the listener: on Linux connections
 * inherit it, and none of them takes a system call for it. That they do is seen at the first one.
 */
final class InheritedNoDelay {
  private enum State {
    NOT_OFFERED,
    OFFERED,
    INHERITED
  }

  private State state = State.NOT_OFFERED;

  /** Sets it on a socket that is about to listen. */
  void offer(KernelSocket listener) throws IOException {
    if (PlatformDependent.canEnableTcpNoDelayByDefault()
        && listener.kernel().platform().isLinux()) {
      listener.setInt(IPPROTO_TCP, TCP_NODELAY, 1);
      state = State.OFFERED;
    }
  }

  boolean isInheritedBy(KernelSocket accepted) {
    if (state == State.OFFERED) {
      state = has(accepted) ? State.INHERITED : State.NOT_OFFERED;
    }
    return state == State.INHERITED;
  }

  private static boolean has(KernelSocket accepted) {
    try {
      return accepted.getInt(IPPROTO_TCP, TCP_NODELAY) != 0;
    } catch (IOException e) {
      // It is gone already and tells nothing; the others are given the option one by one.
      return false;
    }
  }
}
