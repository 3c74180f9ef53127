// Tests of MCP.
