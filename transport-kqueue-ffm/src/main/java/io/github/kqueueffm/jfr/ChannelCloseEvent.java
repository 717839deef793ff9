package io.github.kqueueffm.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

@Name("io.github.kqueueffm.ChannelClose")
@Label("Channel Close")
@Category({"Netty", "KQueue FFM"})
@Description("A channel that closes, and why")
@StackTrace(false)
final class ChannelCloseEvent extends Event {
  private static final ChannelCloseEvent PROBE = new ChannelCloseEvent();

  @Label("Channel")
  String channel;

  @Label("Local Address")
  String localAddress;

  @Label("Remote Address")
  String remoteAddress;

  @Label("Reason")
  @Description(
      "end: the peer ended its output; reset: the peer or its system broke the connection;"
          + " error: another failure; own: the application closed it, or its loop was shut down")
  String reason;

  @Label("Error")
  @Description("The name of the errno, for a reset or an error of the kernel")
  String error;

  @Label("Errno")
  @Description("The number of the error on this system, or 0")
  int errno;

  @Label("Message")
  String message;

  static boolean isOn() {
    return PROBE.isEnabled();
  }
}
