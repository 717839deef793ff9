/** Builds the blocks that README.md and docs/frameworks.md show of a user's build. */
package io.github.kqueueffm.frameworks.readme;
