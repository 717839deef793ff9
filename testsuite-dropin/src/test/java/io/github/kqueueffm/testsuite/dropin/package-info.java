/** Libraries that know only Netty's class names, with the drop-in in the place of Netty's jar. */
package io.github.kqueueffm.testsuite.dropin;
