package io.github.kqueueffm.channel;

import com.sun.management.ThreadMXBean;
import io.github.kqueueffm.jfr.JfrEvents;
import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.syscall.Kernels;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import jdk.jfr.Recording;

/**
 * How many bytes the recorder of turns allocates before a recording, and while one is without them.
 */
final class EventsOffProgram {
  private static final PrintStream OUT = System.out;
  private static final int TURNS = 100_000;

  private EventsOffProgram() {}

  public static void main(String[] args) throws Exception {
    try (Poller poller = Poller.open(Kernels.system())) {
      LoopTurns turns = new LoopTurns(poller);
      OUT.println("on: " + JfrEvents.isOn() + ", allocated: " + allocated(turns));
      OUT.println("end of the first part");
      try (Recording recording = new Recording()) {
        recording.disable("io.github.kqueueffm.LoopTurn");
        recording.disable("io.github.kqueueffm.Wakeup");
        recording.start();
        OUT.println("on: " + JfrEvents.isOn() + ", allocated: " + allocated(turns));
      }
    }
  }

  private static long allocated(LoopTurns turns) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    run(turns);
    long before = threads.getCurrentThreadAllocatedBytes();
    long own = threads.getCurrentThreadAllocatedBytes() - before;
    before = threads.getCurrentThreadAllocatedBytes();
    run(turns);
    return threads.getCurrentThreadAllocatedBytes() - before - own;
  }

  private static void run(LoopTurns turns) {
    for (int i = 0; i < TURNS; i++) {
      turns.selects();
      turns.selected(1);
      turns.handled();
      turns.wakeup();
    }
    turns.ended();
  }
}
