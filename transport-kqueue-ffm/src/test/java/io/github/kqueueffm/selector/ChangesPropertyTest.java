package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.KeventLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ChangesPropertyTest {
  private final Platform platform = Platform.named("netbsd-x86_64");
  private final KqueueConstants constants = new KqueueConstants(platform);
  private final KeventLayout layout = new KeventLayout(platform.struct("kevent"));

  @Property
  void changesAreAQueueFromWhichThoseOfOneIdCanBePurged(@ForAll long seed) {
    Random random = new Random(seed);
    Changes list = new Changes(constants, layout, false, false);
    List<Long> model = new ArrayList<>();
    try {
      for (int step = 0; step < 400; step++) {
        int what = random.nextInt(10);
        if (what < 7) {
          long udata = random.nextInt(4);
          list.put(step, 1, 2, 3, 4, udata);
          model.add((long) step << 8 | udata);
        } else if (what < 9) {
          int sent = random.nextInt(list.count() + 1);
          list.sent(sent);
          model.subList(0, sent).clear();
        } else {
          long udata = random.nextInt(4);
          list.purge(udata);
          model.removeIf(change -> (change & 0xff) == udata);
        }
        assertThat(contents(list)).isEqualTo(model);
      }
    } finally {
      list.free();
    }
  }

  private List<Long> contents(Changes list) {
    List<Long> contents = new ArrayList<>();
    for (int i = 0; i < list.count(); i++) {
      long change = list.address() + (long) i * layout.size();
      contents.add(layout.ident(change) << 8 | layout.udata(change));
    }
    return contents;
  }
}
