package io.github.kqueueffm;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.github.kqueueffm.selector.Selector;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/** The five rooms, the arrows between them, and the one place of each dangerous thing. */
@AnalyzeClasses(
    packages = "io.github.kqueueffm",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  private static final String ROOT = "io.github.kqueueffm.";

  @ArchTest
  static final ArchRule arrowsPointOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.github.kqueueffm..")
          .layer("channel")
          .definedBy(ROOT + "channel..")
          .layer("selector")
          .definedBy(ROOT + "selector..")
          .layer("kqueue")
          .definedBy(ROOT + "kqueue..")
          .layer("syscall")
          .definedBy(ROOT + "syscall..")
          .layer("abi")
          .definedBy(ROOT + "abi..")
          .whereLayer("channel")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("selector")
          .mayOnlyBeAccessedByLayers("channel")
          .whereLayer("kqueue")
          .mayOnlyBeAccessedByLayers("selector")
          .whereLayer("syscall")
          .mayOnlyBeAccessedByLayers("channel", "selector", "kqueue");

  @ArchTest
  static final ArchRule onlyTheChannelRoomKnowsNetty =
      noClasses()
          .that(not(resideInAPackage(ROOT + "channel..")))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule restrictedForeignAccessIsInOneClass =
      noClasses()
          .that()
          .doNotHaveSimpleName("Foreign")
          .should()
          .dependOnClassesThat(belongToAnyOf(Linker.class, SymbolLookup.class))
          .orShould()
          .callMethod(MemorySegment.class, "reinterpret", long.class)
          .orShould()
          .callMethod(
              MemorySegment.class, "reinterpret", Arena.class, java.util.function.Consumer.class)
          .orShould()
          .callMethod(
              MemorySegment.class,
              "reinterpret",
              long.class,
              Arena.class,
              java.util.function.Consumer.class);

  @ArchTest
  static final ArchRule onlyTheSyscallRoomKnowsForeignMemory =
      noClasses()
          .that(not(resideInAPackage(ROOT + "syscall..")))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.lang.foreign..");

  @ArchTest
  static final ArchRule theEventLoopSelectsThroughTheSelector =
      classes()
          .that()
          .haveSimpleName("KQueueFfmIoHandler")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Selector.class)
          .andShould()
          .onlyDependOnClassesThat(
              not(resideInAPackage(ROOT + "kqueue..")).as("are not of the kqueue room"));
}
