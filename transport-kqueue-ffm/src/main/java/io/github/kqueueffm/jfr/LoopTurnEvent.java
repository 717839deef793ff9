package io.github.kqueueffm.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;

@Name("io.github.kqueueffm.LoopTurn")
@Label("Loop Turn")
@Category({"Netty", "KQueue FFM"})
@Description(
    "An event loop's work from the end of its wait to the next one: events, and tasks after them")
@Threshold("20 ms")
@StackTrace(false)
final class LoopTurnEvent extends Event implements LoopTurn {
  private static final LoopTurnEvent PROBE = new LoopTurnEvent();

  @Label("Time Waited")
  @Description("The wait before it, with the system call that sends the changes")
  @Timespan(Timespan.NANOSECONDS)
  long timeWaited;

  @Label("Time Handling Events")
  @Description("The part of the duration in which channels handled events; tasks took the rest")
  @Timespan(Timespan.NANOSECONDS)
  long timeHandling;

  @Label("Events")
  @Description("How many events the kernel reported")
  int events;

  @Label("Changes")
  @Description("How many changes of interest were sent to the kernel")
  int changes;

  static boolean isOn() {
    return PROBE.isEnabled();
  }

  static LoopTurnEvent begun(long waitedNanos, int events, int changes) {
    LoopTurnEvent event = new LoopTurnEvent();
    event.timeWaited = waitedNanos;
    event.events = events;
    event.changes = changes;
    event.begin();
    return event;
  }

  @Override
  public void handled(long nanos) {
    timeHandling = nanos;
  }

  @Override
  public void ended() {
    commit();
  }
}
