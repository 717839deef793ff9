package io.github.kqueueffm.doctor;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.selector.Events;
import io.github.kqueueffm.selector.KnownTraits;
import io.github.kqueueffm.selector.KnownTraits.Known;
import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Fallbacks;
import io.github.kqueueffm.syscall.IpStack;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.SystemSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** The machine that this JVM runs on. */
final class ThisMachine implements Machine {
  /** How often a call is refused before it is given up, and once more. */
  private static final int WAITS = 4;

  private static final long SHORT_NANOS = 1_000;

  /** After this time without another event a wakeup is proven. */
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

  private static final int ROOM = 16;
  private static final String FALLBACKS = "Fallbacks";

  @Override
  public boolean hasNativeAccess() {
    return ThisMachine.class.getModule().isNativeAccessEnabled();
  }

  @Override
  public boolean isDenied() {
    for (Throwable t = Kernels.unavailabilityCause(); t != null; t = t.getCause()) {
      if (t instanceof IllegalCallerException) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String obstacle() {
    Throwable cause = Kernels.unavailabilityCause();
    if (cause != null) {
      return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
    try (Poller poller = Poller.open(kernel());
        Events none = new Events(ROOM)) {
      for (int i = 0; i < WAITS; i++) {
        poller.select(none, SHORT_NANOS, () -> true);
      }
      for (int i = 0; i < WAITS && KnownTraits.isGuess(kernel()); i++) {
        // The loop has said by then that it is about to wait, so this triggers the wakeup.
        poller.select(none, QUIET_NANOS, () -> wakeUp(poller));
        poller.select(none, QUIET_NANOS, () -> true);
      }
      return null;
    } catch (IOException | RuntimeException | LinkageError e) {
      // The report has this as its answer.
      return "cannot open a kqueue: " + Failures.reason(e);
    }
  }

  private static boolean wakeUp(Poller poller) {
    poller.wakeup();
    return true;
  }

  private static Kernel kernel() {
    return Kernels.system();
  }

  @Override
  public void describe(Report report) {
    report.add(Doctor.TRANSPORT, "platform", platform());
    try (Poller poller = Poller.open(kernel())) {
      Known wakeup = KnownTraits.wakeup(kernel(), poller);
      Known lowat = KnownTraits.lowat(kernel());
      report.add(Doctor.TRANSPORT, "provider", provider(poller));
      report.add(Doctor.TRANSPORT, "wakeup", fact(wakeup));
      report.add(Doctor.TRANSPORT, "NOTE_LOWAT", fact(lowat));
      report.add(Doctor.TRANSPORT, "library", library());
      report.add(Doctor.TRANSPORT, "Internet sockets", sockets());
      fallbacks(report, Fallbacks.of(kernel(), poller.hasUserEvents()), wakeup);
    } catch (IOException e) {
      throw new UncheckedIOException("a kqueue was opened before, and now none is", e);
    }
  }

  private static Fact fact(Known trait) {
    return Fact.of(trait.value(), trait.from());
  }

  private static void fallbacks(Report report, Map<Call, String> taken, Known wakeup) {
    taken.forEach((call, reason) ->
        report.add(
            FALLBACKS, call.function(), Fact.of(Fallbacks.replacement(call) + " instead", reason)));
    if (wakeup.fallback()) {
      report.add(FALLBACKS, "wakeup", fact(wakeup));
    } else if (taken.isEmpty()) {
      report.add(
          FALLBACKS, "none", Fact.of("no call is known to be refused", "waits of this process"));
    }
  }

  private static Fact platform() {
    Platform platform = kernel().platform();
    if (platform.name().equals(Platform.detected())) {
      return Fact.of(platform.name(), "os.name and os.arch");
    }
    String from = Platform.isForced() ? "-D" + Platform.PROPERTY : describeKernel();
    return Fact.of(platform.name(), from).note("this machine is " + Platform.detected());
  }

  private static Fact provider(Poller poller) {
    String from =
        Kernels.isLibraryForced()
            ? "-D" + Kernels.LIBRARY_PROPERTY
            : "kqueue is " + (kernel().has(Call.KQUEUE) ? "" : "not ") + "in " + describeKernel();
    return Fact.of(poller.provider(), from);
  }

  private static String describeKernel() {
    return kernel().describe();
  }

  private static Fact library() {
    return Fact.of(
        describeKernel(),
        Kernels.isLibraryForced() ? "-D" + Kernels.LIBRARY_PROPERTY : "the default");
  }

  private static Fact sockets() {
    String text =
        switch (IpStack.of(kernel())) {
          case IPV4_ONLY -> "IPv4 only";
          case SEPARATE -> "IPv4 and IPv6 in separate sockets";
          case DUAL -> "IPv4 and IPv6 in one socket";
        };
    boolean forced = Boolean.getBoolean("java.net.preferIPv4Stack");
    return Fact.of(text, forced ? "-Djava.net.preferIPv4Stack" : "a socket of IPv6");
  }

  @Override
  public String system() {
    OperatingSystem current = current();
    return current == null ? null : current.toString();
  }

  private static OperatingSystem current() {
    if (Kernels.unavailabilityCause() == null) {
      return kernel().platform().system();
    }
    try {
      return Platform.current().system();
    } catch (UnsupportedOperationException e) {
      // The obstacle says the same.
      return null;
    }
  }

  @Override
  public OptionalLong descriptorLimit() {
    if (Kernels.unavailabilityCause() == null) {
      return SystemSettings.descriptorLimit(kernel());
    }
    return current() == OperatingSystem.LINUX
        ? SystemSettings.descriptorLimitOfLinux()
        : OptionalLong.empty();
  }

  @Override
  public OptionalLong setting(String name) {
    if (current() == OperatingSystem.LINUX) {
      return SystemSettings.settingOfLinux(name);
    }
    return Kernels.unavailabilityCause() == null
        ? SystemSettings.setting(kernel(), name)
        : OptionalLong.empty();
  }
}
