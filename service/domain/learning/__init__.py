"""What control results teach: how much a rule's word weighs, and how much is wrong at all."""
