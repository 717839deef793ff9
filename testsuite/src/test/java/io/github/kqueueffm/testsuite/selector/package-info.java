/** What the selector costs. */
package io.github.kqueueffm.testsuite.selector;
