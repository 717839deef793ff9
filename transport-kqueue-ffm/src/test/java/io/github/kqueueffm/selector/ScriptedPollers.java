package io.github.kqueueffm.selector;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.O_CLOEXEC;
import static io.github.kqueueffm.abi.Constant.O_NONBLOCK;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;

/** Pollers on scripted kernels, for tests that are not about their start. */
@SuppressWarnings("exports")
public final class ScriptedPollers {
  /** The descriptor of the kqueue. */
  public static final int KQUEUE = 900;

  /** The pipe of a PIPE wakeup. */
  public static final int PIPE_READ = 901;

  public static final int PIPE_WRITE = 902;

  private ScriptedPollers() {}

  /** Opens a poller with a USER wakeup and PEER_CLOSE with NOTE_LOWAT. */
  public static Poller open(ScriptedKernel script) throws IOException {
    return open(script, "user", true);
  }

  /**
   * Opens a poller whose probes are taken for done; what it calls to open is put into the script,
   * and what it calls to close is allowed.
   *
   * @param wakeup timer, user or pipe
   * @param lowat whether NOTE_LOWAT holds
   */
  public static Poller open(ScriptedKernel script, String wakeup, boolean lowat)
      throws IOException {
    assume(script.kernel(), wakeup, lowat);
    expectOpen(script, wakeup);
    return Poller.open(script.kernel(), null, ScriptedPollers::unexpected);
  }

  /** Opens a poller with that wakeup on any kernel. */
  public static Poller forced(Kernel kernel, String wakeup) throws IOException {
    return Poller.open(kernel, Wakeup.Kind.named(wakeup), ScriptedPollers::unexpected);
  }

  /** Assumes that the wakeup is proven. */
  public static void assume(Kernel kernel, String wakeup, boolean lowat) {
    WakeupChoice proven = WakeupChoice.proven(Wakeup.Kind.named(wakeup));
    proven.probed(proven.kind());
    Capabilities.assume(kernel, new Capabilities(proven, lowat));
  }

  /** Assumes that the wakeup is a first guess, and that NOTE_LOWAT works. */
  public static void guess(Kernel kernel, String wakeup) {
    guess(kernel, Wakeup.Kind.named(wakeup));
  }

  static WakeupChoice guess(Kernel kernel, Wakeup.Kind wakeup) {
    WakeupChoice choice = WakeupChoice.guessed(wakeup);
    Capabilities.assume(kernel, new Capabilities(choice, true));
    return choice;
  }

  /** The log of a poller whose wakeup works. */
  @SuppressWarnings("DoNotCallSuggester") // Pollers call it where they should not.
  static void unexpected(String warning) {
    throw new AssertionError(warning);
  }

  /** Puts into the script what a poller calls to open, without the probes. */
  public static void expectOpen(ScriptedKernel script, String wakeup) {
    script.expect("kqueue").answers(KQUEUE);
    script.allow("close", KQUEUE);
    if (wakeup.equals("user")) {
      script.expectKevent().changes(script.user(0).flags(EV_ADD, EV_CLEAR)).withoutSlots();
    } else if (wakeup.equals("pipe")) {
      expectPipe(script);
      script.expectKevent().changes(script.read(PIPE_READ).flags(EV_ADD)).withoutSlots();
    }
  }

  static void expectPipe(ScriptedKernel script) {
    script.allow("close", PIPE_READ);
    script.allow("close", PIPE_WRITE);
    boolean atomic = script.kernel().has(Call.PIPE2);
    if (atomic) {
      int flags = script.platform().get(O_NONBLOCK) | script.platform().get(O_CLOEXEC);
      script.expect("pipe2", ScriptedKernel.ANY, flags).writesInts(0, PIPE_READ, PIPE_WRITE);
    } else {
      script.expect("pipe").writesInts(0, PIPE_READ, PIPE_WRITE);
      script.expect("fcntl", PIPE_READ).times(2);
      script.expect("fcntl", PIPE_WRITE).times(2);
    }
  }
}
