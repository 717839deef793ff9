package io.github.kqueueffm.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

@Name("io.github.kqueueffm.Fallback")
@Label("Fallback")
@Category({"Netty", "KQueue FFM"})
@Description(
    "Something else does the work of what the system lacks or refuses, or what does not work there")
@StackTrace(false)
final class FallbackEvent extends Event {
  @Label("Feature")
  @Description("What is not used")
  String feature;

  @Label("Replacement")
  @Description("What is used")
  String replacement;

  @Label("Reason")
  String reason;

  @Label("Permanent")
  @Description("Whether the feature is not tried again")
  boolean permanent;
}
