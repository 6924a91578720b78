"""Failed asserts of the contract show their values, as those of test files do."""

import pytest

for name in ("contract", "contract_publish", "contract_read", "contract_shown"):
    pytest.register_assert_rewrite(f"{__package__}.{name}")
