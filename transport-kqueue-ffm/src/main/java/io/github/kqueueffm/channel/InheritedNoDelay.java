package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.IPPROTO_TCP;
import static io.github.kqueueffm.abi.Constant.TCP_NODELAY;

import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;

/**
 * Sets TCP_NODELAY on a listener. On Linux accepted connections inherit it, which saves a system
 * call for each. The first connection shows whether they do.
 */
final class InheritedNoDelay {
  private enum State {
    NOT_OFFERED,
    OFFERED,
    INHERITED
  }

  private State state = State.NOT_OFFERED;

  /** Sets the option on a socket before it listens. */
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
      // The connection is gone. Each later connection gets the option by a system call.
      return false;
    }
  }
}
