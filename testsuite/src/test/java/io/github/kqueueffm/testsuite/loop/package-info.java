/** The event loop itself: Netty's tests of an IoHandler, and what a loop is asked besides. */
package io.github.kqueueffm.testsuite.loop;
