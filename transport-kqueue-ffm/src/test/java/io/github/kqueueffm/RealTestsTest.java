package io.github.kqueueffm;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.testkit.ChildJvm;
import io.github.kqueueffm.testkit.OlderJava;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.NetworkChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;

/**
 * Which tests are real: those that open sockets of the system, let time pass or start a JVM,
 * directly or through a helper. They have the tag, and a folder apart from the others. Mutation
 * testing runs the others, some of them a thousand times.
 *
 * <p>The tests of the kqueue package need the system's epoll. They are real only if they themselves
 * use a network, time or threads: a pair of descriptors within one thread answers the same each
 * time.
 */
@AnalyzeClasses(
    packages = "io.github.kqueueffm",
    importOptions = ImportOption.OnlyIncludeTests.class)
class RealTestsTest {
  private static final String REAL = "real";
  private static final String ROOT = "io.github.kqueueffm";
  private static final String KQUEUE = ROOT + ".kqueue";

  @ArchTest
  static final ArchRule realTestsAreTagged =
      classes()
          .that(describe("hold tests", type -> type.getSimpleName().endsWith("Test")))
          .should(
              new ArchCondition<>("have @Tag(\"real\") if they are real") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  if (!isTagged(type)) {
                    reality(type)
                        .map(reason -> type.getName() + " is not tagged: " + reason)
                        .map(message -> SimpleConditionEvent.violated(type, message))
                        .ifPresent(events::add);
                  }
                }
              });

  @ArchTest
  static final ArchRule realTestsHaveTheirFolder =
      classes()
          .that(describe("hold tests", type -> type.getSimpleName().endsWith("Test")))
          .should(
              new ArchCondition<>("stand in src/real-test if they are tagged, else in src/test") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  String folder = isTagged(type) ? "src/real-test/java" : "src/test/java";
                  Path source = Path.of(folder, source(type));
                  if (!Files.exists(source)) {
                    events.add(SimpleConditionEvent.violated(type, source + " does not exist"));
                  }
                }
              });

  private static String source(JavaClass type) {
    return type.getName().replace('.', '/') + ".java";
  }

  private static boolean isTagged(JavaClass type) {
    Class<?> reflected = type.reflect();
    for (Tag tag : reflected.getAnnotationsByType(Tag.class)) {
      if (tag.value().equals(REAL)) {
        return true;
      }
    }
    for (net.jqwik.api.Tag tag : reflected.getAnnotationsByType(net.jqwik.api.Tag.class)) {
      if (tag.value().equals(REAL)) {
        return true;
      }
    }
    return false;
  }

  /** The first thing that makes it real. */
  private static Optional<String> reality(JavaClass test) {
    boolean kqueue = test.getPackageName().equals(KQUEUE);
    for (JavaClass type : kqueue ? Set.of(test) : testClassesUsedBy(test)) {
      for (JavaAccess<?> access : type.getAccessesFromSelf()) {
        if (isReal(access) && !(kqueue && access.getTargetOwner().isEquivalentTo(Kernels.class))) {
          return Optional.of(access.getDescription());
        }
      }
    }
    return Optional.empty();
  }

  /** Itself and, at any distance, what of the tests it uses. */
  private static Set<JavaClass> testClassesUsedBy(JavaClass test) {
    Set<JavaClass> found = new HashSet<>(Set.of(test));
    Deque<JavaClass> rest = new ArrayDeque<>(found);
    while (!rest.isEmpty()) {
      for (Dependency dependency : rest.remove().getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass();
        // Only tests are imported, so of other classes the accesses are not known.
        if (target.getPackageName().startsWith(ROOT) && found.add(target)) {
          rest.add(target);
        }
      }
    }
    return found;
  }

  private static boolean isReal(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    String name = access.getTarget().getName();
    return owner.isAssignableTo(Socket.class)
        || owner.isAssignableTo(ServerSocket.class)
        || owner.isAssignableTo(DatagramSocket.class)
        || owner.isAssignableTo(NetworkChannel.class)
        || owner.isEquivalentTo(ProcessBuilder.class)
        || owner.isEquivalentTo(ChildJvm.class)
        || owner.isEquivalentTo(OlderJava.class)
        || name.equals("sleep")
        || name.equals("parkNanos")
        || owner.isEquivalentTo(Kernels.class) && (name.equals("system") || name.equals("open"));
  }
}
