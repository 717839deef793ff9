package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.selector.Events;
import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.TcpFastOpen;
import io.netty.channel.DefaultChannelId;
import java.io.IOException;
import java.net.InetAddress;

/** What {@link KQueueFfm} answers with; it makes this by name. */
final class RunningTransport implements KQueueFfm.Running {
  private final Throwable cause = probe();

  private static Throwable probe() {
    if (SystemKernel.unavailabilityCause() != null) {
      return SystemKernel.unavailabilityCause();
    }
    try {
      loadWhatEveryChannelNeeds();
    } catch (LinkageError | InternalError e) {
      return new UnsupportedOperationException(
          "cannot load what every channel needs: " + e + KQueueFfm.hint(e), e);
    }
    try (Poller poller = Poller.open(SystemKernel.get());
        Events none = new Events(1)) {
      // A wait with a time-out takes calls that no other does, and policies forbid.
      poller.select(none, 1_000, () -> true);
      return null;
    } catch (IOException | RuntimeException | LinkageError e) {
      // The caller asks whether the transport is available, so it gets an answer, not an Error.
      return new UnsupportedOperationException(
          "cannot open a kqueue: " + Failures.reason(e) + KQueueFfm.hint(e), e);
    }
  }

  /**
   * Netty and the JDK read files for these classes. Where no descriptor is left they would fail in
   * the first channel's constructor, with an error that does not say what to do.
   */
  private static void loadWhatEveryChannelNeeds() {
    DefaultChannelId.newInstance();
    InetAddress.getLoopbackAddress();
  }

  @Override
  public Throwable unavailabilityCause() {
    return cause;
  }

  @Override
  public boolean isTcpFastOpenClientSideAvailable() {
    return TcpFastOpen.isPossible(SystemKernel.get().platform());
  }

  @Override
  public boolean isTcpFastOpenServerSideAvailable() {
    return SystemKernel.get().platform().has(Constant.TCP_FASTOPEN);
  }

  @Override
  public String description() {
    return Description.TEXT;
  }

  private static final class Description {
    static final String TEXT = describe();

    private static String describe() {
      try (Poller poller = Poller.open(SystemKernel.get())) {
        return SystemKernel.get().platform()
            + ", "
            + poller.describe()
            + ", "
            + SystemKernel.get().describe();
      } catch (IOException e) {
        throw new IllegalStateException("cannot open a kqueue: " + Failures.reason(e), e);
      }
    }
  }
}
