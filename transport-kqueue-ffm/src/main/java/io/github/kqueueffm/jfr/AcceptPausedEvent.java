package io.github.kqueueffm.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

@Name("io.github.kqueueffm.AcceptPaused")
@Label("Accept Paused")
@Category({"Netty", "KQueue FFM"})
@Description("A server that accepts nothing for a while, most often because descriptors are short")
@StackTrace(false)
final class AcceptPausedEvent extends Event {
  @Label("Channel")
  String channel;

  @Label("Local Address")
  String localAddress;

  @Label("Error")
  @Description("The name of the errno: EMFILE for this process's limit, ENFILE for the system's")
  String error;

  @Label("Errno")
  @Description("The number of the error on this system")
  int errno;

  @Label("Pause")
  @Timespan(Timespan.MILLISECONDS)
  long pause;
}
